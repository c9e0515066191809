// The normal numbers of vgan.core.randomness: TensorFlow's stateless Philox, word by word.
// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011; Box and Muller, 1958.

function product(a, b) {  // The high and the low half of a 64-bit product.
  const whole = BigInt(a) * BigInt(b);
  return [Number(whole >> 32n), Number(whole & 0xffffffffn)];
}

function philox(counter, key) {
  let [a, b, c, d] = counter, [k, l] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(0xd2511f53, a), [high1, low1] = product(0xcd9e8d57, c);
    [a, b, c, d] = [(high1 ^ b ^ k) >>> 0, low1, (high0 ^ d ^ l) >>> 0, low0];
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

const halves = number => [Number(number & 0xffffffffn), Number((number >> 32n) & 0xffffffffn)];
const unit = word => (word & 0x7fffff) / 0x800000;

// Standard normal numbers of a sample of a seed, as many as `count`.
function normal(seed, sample, count) {
  const of = BigInt(seed) * BigInt(MODEL.streams) + BigInt(MODEL.stream);
  const mixed = philox([...halves(of), ...halves(BigInt(sample))], [0x3ec8f720, 0x02461e29]);
  const key = mixed.slice(0, 2), found = new Float32Array(Math.ceil(count / 4) * 4);
  let start = BigInt(mixed[2]) + (BigInt(mixed[3]) << 32n);
  // The counter has 128 bits, of which the low half begins at 0.
  for (let group = 0; group < found.length / 4; group++) {
    const words = philox([group, 0, ...halves(start)], key);
    for (let pair = 0; pair < 4; pair += 2) {
      const length = Math.sqrt(-2 * Math.log(Math.max(unit(words[pair]), 1e-7)));
      const angle = 2 * Math.PI * unit(words[pair + 1]);
      found[4 * group + pair] = length * Math.sin(angle);
      found[4 * group + pair + 1] = length * Math.cos(angle);
    }
  }
  return found.slice(0, count);
}
