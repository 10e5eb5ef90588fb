// Five tasks in Node's two ways to run many of them.
//
// usage: tasks.mjs SYSTEM TASK MILLISECONDS AMOUNT WANT WORKERS...
//
// Prints for every number of workers a line with that number, how many tasks
// ran and the nanoseconds that they took together. AMOUNT is how much a task
// does, WANT what each must return.
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";

// The waits inside mixed and of the echo server, in milliseconds; the programs
// in other languages have the same.
const MIXED_WAIT = 2;
const ECHO_WAIT = 1;

function fnv(steps) {
  let h = 2166136261 | 0; // a 32-bit integer throughout: else the type of h depends on where V8 inlines this
  for (let i = 0; i < steps; i++) h = Math.imul(h ^ (i & 255), 16777619);
  return h >>> 0;
}

// The compiler must see whole calls first: code that it makes in the midst of
// a loop does not know how the function goes on, and is dropped at the loop's
// end, at some time within the measurement.
for (let i = 0; i < 5000; i++) fnv(100);

let composite = new Uint8Array(0);

function sieve(limit) {
  if (composite.length !== limit) composite = new Uint8Array(limit);
  composite.fill(0);
  let primes = 0;
  for (let p = 2; p < limit; p++) {
    if (composite[p]) continue;
    primes++;
    for (let q = p * p; q < limit; q += p) composite[q] = 1;
  }
  return primes;
}

// connect makes a function that sends the message and awaits it back.
async function connect(port, amount) {
  const message = Buffer.alloc(amount, 7);
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let got = Buffer.alloc(0);
  let settle;
  socket.on("data", (part) => {
    got = got.length ? Buffer.concat([got, part]) : part;
    if (got.length < amount) return;
    const right = got.equals(message);
    got = Buffer.alloc(0);
    settle(right ? amount : -1);
  });
  return () => new Promise((resolve) => {
    settle = resolve;
    socket.write(message);
  });
}

// prepare returns the task as a function for one worker.
async function prepare({ task, amount, port }) {
  switch (task) {
    case "hash": return () => fnv(amount);
    case "sieve": return () => sieve(amount);
    case "mixed": return async () => {
      const h = fnv(amount);
      await pause(MIXED_WAIT);
      return h;
    };
    case "sleep": return async () => {
      await pause(amount);
      return amount;
    };
    case "echo": return connect(port, amount);
  }
  throw new Error(`there is no task ${task}`);
}

// serve sends every message back a millisecond later.
function serve() {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on("data", (part) => setTimeout(() => socket.write(part), ECHO_WAIT));
    socket.on("error", () => socket.destroy());
  });
  return new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 512 }, () => resolve(server.address().port)));
}

// thread starts a worker thread and returns what hands it one task.
function thread(job) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
  let settle;
  worker.on("message", (got) => settle(got));
  worker.on("error", fail);
  return () => new Promise((resolve) => {
    settle = resolve;
    worker.postMessage(null);
  });
}

const systems = { async: prepare, workers: thread };

function fail(err) {
  console.error(err);
  process.exit(1);
}

// pace finds how many tasks take the time and prints the run of so many.
async function pace(workers, box, run) {
  let n = 2 * workers;
  await run(n); // compiles the code and starts the workers
  for (;;) {
    const start = process.hrtime.bigint();
    await run(n);
    const took = Number(process.hrtime.bigint() - start);
    if (took >= box / 2) {
      console.log(workers, n, took);
      return;
    }
    n = Math.min(16 * n, Math.max(2 * n, (n * box) / Math.max(1, took)));
    n = Math.ceil(n / workers) * workers; // no last wave that is half full
  }
}

async function main() {
  const [system, task, milliseconds, amount, want, ...counts] = process.argv.slice(2);
  if (!(system in systems) || counts.length === 0) throw new Error("usage: tasks.mjs async|workers TASK MILLISECONDS AMOUNT WANT WORKERS...");
  const job = { task, amount: Number(amount), port: task === "echo" ? await serve() : 0 };
  const lanes = []; // one for each worker: as many tasks as lanes are in progress
  for (const workers of counts.map(Number)) {
    while (lanes.length < workers) lanes.push(await systems[system](job));
    await pace(workers, Number(milliseconds) * 1e6, async (n) => {
      let left = n;
      await Promise.all(lanes.slice(0, workers).map(async (perform) => {
        while (left-- > 0) {
          const got = await perform();
          if (got !== Number(want)) throw new Error(`wrong result ${got}, want ${want}`);
        }
      }));
    });
  }
  process.exit(0);
}

if (isMainThread) {
  main().catch(fail);
} else {
  const perform = prepare(workerData);
  parentPort.on("message", async () => parentPort.postMessage(await (await perform)()));
}
