/** What is used of jstat, which brings no types. */
declare module "jstat" {
  const jstat: {
    studentt: {
      /** The quantile of Student's t. */
      inv(p: number, degreesOfFreedom: number): number;
      cdf(x: number, degreesOfFreedom: number): number;
    };
  };
  export default jstat;
}
