// Ends the build: compresses what is served, and holds the script to its size.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const most = 150 * 1024;
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(html|js|css|svg)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

let [plain, gzip, brotli] = [0, 0, 0];
for (const file of files) {
  const bytes = readFileSync(file);
  const small = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  writeFileSync(file + '.br', small);
  if (file.endsWith('.js')) {
    plain += bytes.length;
    brotli += small.length;
    gzip += gzipSync(bytes, { level: 9 }).length;
  }
}

const kilobytes = (bytes) => (bytes / 1024).toFixed(1);
console.log(`Dashboard: ${kilobytes(plain)} KB of script, ${kilobytes(gzip)} KB with gzip, ${kilobytes(brotli)} KB with Brotli; at most ${kilobytes(most)} KB`);
if (gzip > most) {
  console.error('Dashboard: the compressed script is larger than it may be');
  process.exitCode = 1;
}
