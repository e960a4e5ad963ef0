/** A value of before or after, on one line. */
export function told(value: unknown): string {
  return value === null || value === undefined || value === '' ? 'nothing' : typeof value === 'string' ? value : Array.isArray(value) && value.every((part) => typeof part !== 'object')
    ? value.length === 0 ? 'none' : value.join(' ') : JSON.stringify(value);
}
