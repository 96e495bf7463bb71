;; Loops over stretches of float32 arrays in one memory, four values at a time: a stretch is a multiple of 16 bytes long.
;; What pads it is 0 in every array and stays 0. `npx tsx scripts/build-kernels.ts` makes kernels.ts of this file.
(module
  (memory (import "memory" "memory") 1)

  ;; AdamW, see optimizer.ts: m ← β₁ m + rest₁ scale g, v ← β₂ v + rest₂ (scale g)², w ← keep · w − size · m / (√v · shrink + ε).
  ;; w, end: bytes; g, m, v: where the other arrays' values for w begin.
  (func (export "adamw")
    (param $w i32) (param $end i32) (param $g i32) (param $m i32) (param $v i32)
    (param $scale f32) (param $beta1 f32) (param $rest1 f32) (param $beta2 f32) (param $rest2 f32)
    (param $keep f32) (param $size f32) (param $shrink f32) (param $epsilon f32)
    (local $gradient v128) (local $mean v128) (local $square v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $gradient (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale))))
        (local.set $mean
          (f32x4.add
            (f32x4.mul (f32x4.splat (local.get $beta1)) (v128.load (local.get $m)))
            (f32x4.mul (f32x4.splat (local.get $rest1)) (local.get $gradient))))
        (local.set $square
          (f32x4.add
            (f32x4.mul (f32x4.splat (local.get $beta2)) (v128.load (local.get $v)))
            (f32x4.mul
              (f32x4.mul (f32x4.splat (local.get $rest2)) (local.get $gradient))
              (local.get $gradient))))
        (v128.store (local.get $m) (local.get $mean))
        (v128.store (local.get $v) (local.get $square))
        (v128.store (local.get $w)
          (f32x4.sub
            (f32x4.mul (f32x4.splat (local.get $keep)) (v128.load (local.get $w)))
            (f32x4.div
              (f32x4.mul (f32x4.splat (local.get $size)) (local.get $mean))
              (f32x4.add
                (f32x4.mul (f32x4.sqrt (local.get $square)) (f32x4.splat (local.get $shrink)))
                (f32x4.splat (local.get $epsilon))))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next))))

  ;; x ← x + y, for the values of x up to end.
  (func (export "add") (param $x i32) (param $end i32) (param $y i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (v128.store (local.get $x) (f32x4.add (v128.load (local.get $x)) (v128.load (local.get $y))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $y (i32.add (local.get $y) (i32.const 16)))
        (br $next))))

  ;; Σ x², summed in float64.
  (func (export "sumOfSquares") (param $x i32) (param $end i32) (result f64)
    (local $values v128) (local $low v128) (local $high v128) (local $lowSum v128) (local $highSum v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $x) (local.get $end)))
        (local.set $values (v128.load (local.get $x)))
        (local.set $low (f64x2.promote_low_f32x4 (local.get $values)))
        (local.set $high
          (f64x2.promote_low_f32x4
            (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $values) (local.get $values))))
        (local.set $lowSum (f64x2.add (local.get $lowSum) (f64x2.mul (local.get $low) (local.get $low))))
        (local.set $highSum (f64x2.add (local.get $highSum) (f64x2.mul (local.get $high) (local.get $high))))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (br $next)))
    (local.set $lowSum (f64x2.add (local.get $lowSum) (local.get $highSum)))
    (f64.add (f64x2.extract_lane 0 (local.get $lowSum)) (f64x2.extract_lane 1 (local.get $lowSum)))))
