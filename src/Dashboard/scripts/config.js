// Before the page is deployed: writes where the API is, as azd knows it.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const apiBase = process.env.SERVICE_API_URI;
if (!apiBase?.startsWith('https://')) {
  console.error('Dashboard: SERVICE_API_URI, the address of the deployed API, is not set; run azd provision first');
  process.exit(1);
}

writeFileSync(join(dirname(dirname(fileURLToPath(import.meta.url))), 'public', 'config.json'), JSON.stringify({ apiBase }) + '\n');
