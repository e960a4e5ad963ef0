import { expect, test } from 'vitest';
import { link, shown, shownLines } from '../src/text/untrusted.ts';

test('markup stays text', () => expect(shown('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>'));
test('what turns the line around is made visible', () => expect(shown('pay \u202Etxt.exe\u2066x')).toBe('pay ⟦RLO⟧txt.exe⟦LRI⟧x'));
test('control characters and line ends become a space', () => expect(shown('a\u0000\u0007\nb\u2028c')).toBe('a b c'));
test('what has no width is left out', () => expect(shown('A\u200BA\uFEFFPL\u{E0041}')).toBe('AAPL'));
test('heaped marks are bounded', () => expect([...shown('e' + '\u0301'.repeat(500))].length).toBe(4));
test('emoji stay whole, also where the text ends', () => expect(shown('👩‍💻🚀📉', 5)).toBe('👩‍💻🚀📉'));
test('a title of 64 KB is cut to a line', () => expect([...shown('Sells '.repeat(11_000))].length).toBe(300));
test('a cut does not break a character', () => expect(shown('🚀'.repeat(1_000), 10)).toBe('🚀'.repeat(10) + '…'));
test('a record keeps its lines', () => expect(shownLines('{\n\u0000"a"}', 99)).toBe('{\n\uFFFD"a"}'));

test.each([
  ['https://example.com/a?b=1', 'https://example.com/a?b=1'],
  ['http://example.com', 'http://example.com/'],
  ['javascript:alert(1)', null],
  [' javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['//example.com', null],
  ['https://user:secret@example.com/', null],
  ['', null],
  [null, null],
])('%s leads to %s', (url, to) => expect(link(url)).toBe(to));
