export { composeGroups as default } from "./compose.js";
