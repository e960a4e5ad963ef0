// Installs and builds what has changed, one process at a time: the ordinary build calls it, and two builds may run at once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const apart = new Set(['node_modules', 'dist', 'obj', 'test']);
const lock = join(root, 'obj', 'lock');
const longestWait = 10 * 60 * 1000;

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function sources(folder = root) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !apart.has(entry.name) && !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function hash(files) {
  const sum = createHash('sha256');
  for (const file of files) {
    sum.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }

  return sum.digest('hex');
}

function npm(...rest) {
  const said = spawnSync('npm', rest, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (said.status !== 0) {
    // MSBuild shows a line of this form as an error of its own.
    process.stderr.write(`${said.stdout ?? ''}${said.stderr ?? ''}`);
    console.error(`Dashboard : error DASH001: 'npm ${rest.join(' ')}' failed in src/Dashboard${said.error ? `: ${said.error.message}` : ''}`);
    process.exitCode = 1;
    return false;
  }

  process.stdout.write(said.stdout.split('\n').filter((line) => line.startsWith('Dashboard')).map((line) => line + '\n').join(''));
  return true;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return problem.code === 'EPERM';
  }
}

function take() {
  mkdirSync(dirname(lock), { recursive: true });
  for (const end = Date.now() + longestWait; ;) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (problem) {
      if (problem.code !== 'EEXIST' || Date.now() > end) {
        throw problem;
      }
    }

    // Who holds it may have been killed; one that has not written its number yet is given a minute.
    const holder = Number(read(lock));
    const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
    if (holder ? !isAlive(holder) : age > 60_000) {
      rmSync(lock, { force: true });
    } else {
      sleep(200);
    }
  }
}

take();
try {
  const [wanted, installed, built] = [join(root, 'package-lock.json'), join(root, 'node_modules', '.installed'), join(root, 'dist', '.built')];
  let well = true;
  if (read(installed) !== read(wanted)) {
    well = npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
    if (well) {
      writeFileSync(installed, read(wanted));
    }
  }

  const sum = hash(sources());
  if (well && read(built) !== sum) {
    well = npm('run', 'build', '--silent');
  }

  if (well) {
    writeFileSync(built, sum); // Written again though the same: its time tells MSBuild that all is up to date.
  }
} finally {
  rmSync(lock, { force: true });
}
