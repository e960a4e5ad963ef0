import { describe, expect, test } from 'vitest';
import { otherProblems, problemOf } from '../src/parts/Field.tsx';
import { split } from '../src/parts/Values.tsx';
import { told } from '../src/settings/told.ts';
import { formOf, isSame, merged, settingsOf, vendorsOf } from '../src/settings/form.ts';
import type { TenantDocument } from '../src/api/settings.ts';

const read: TenantDocument = {
  id: 'acme', name: 'Acme', status: 'disabled', emails: ['ops@acme.test'], symbols: ['AAPL'], tables: ['tiingo/news'], schedule: null, model: 'default',
  credentials: { tiingo: 'env:T' }, retention: { items: 90, bars: null, quarantine: null }, fallbacks: { 'tiingo/news': 'finnhub/company-news' }, vendors: ['tiingo'],
};

test('what is read and not touched is written as it was, the fields that are not shown too', () => {
  expect(settingsOf(formOf(read), read)).toEqual({
    name: 'Acme', status: 'disabled', emails: ['ops@acme.test'], symbols: ['AAPL'], tables: ['tiingo/news'], schedule: null, model: 'default',
    credentials: { tiingo: 'env:T' }, retention: { items: 90 }, fallbacks: { 'tiingo/news': 'finnhub/company-news' },
  });
});

test('what is left empty is the server\'s', () => {
  const form = { ...formOf(read), schedule: ' ', model: '', credentials: { tiingo: ' ' }, retention: { items: '', bars: '', quarantine: '' } };
  expect(settingsOf(form, read)).toMatchObject({ schedule: null, model: null, credentials: {}, retention: null });
});

test('each vendor of a table may have a credential, and one that has stays', () => {
  expect(vendorsOf({ ...formOf(read), tables: ['finnhub/company-news', 'finnhub/market-news'] })).toEqual(['finnhub', 'tiingo']);
});

describe('settings that another has changed meanwhile', () => {
  const before = formOf(read);

  test('keep what was typed, and take in what the other changed', () => {
    const { form, both } = merged(before, { ...before, symbols: ['AAPL', 'MSFT'] }, { ...before, name: 'Acme Capital' });
    expect(form.symbols).toEqual(['AAPL', 'MSFT']);
    expect(form.name).toBe('Acme Capital');
    expect(both).toEqual([]);
  });

  test('are said to have been changed by both where both have', () => {
    const { form, both } = merged(before, { ...before, symbols: ['MSFT'], name: 'New' }, { ...before, symbols: ['TSLA'], name: 'New' });
    expect(form.symbols).toEqual(['MSFT']);
    expect(both).toEqual(['symbols']);
  });
});

test('the order of a record\'s fields says nothing', () => expect(isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true));

test('a problem stands at its field, that of one of its values too', () => {
  const problems = { 'credentials.tiingo': '401 from Tiingo', 'symbols[3]': 'no symbol', tenant: 'gone' };
  expect(problemOf(problems, 'credentials.tiingo')).toBe('401 from Tiingo');
  expect(problemOf(problems, 'symbols')).toBe('no symbol');
  expect(problemOf(problems, 'name')).toBeNull();
  expect(otherProblems(problems, ['credentials', 'symbols', 'name'])).toEqual(['tenant: gone']);
});

test('several values may be pasted at once', () => expect(split(' AAPL, MSFT;AAPL\nBRK.B ')).toEqual(['AAPL', 'MSFT', 'BRK.B']));

test.each([[null, 'nothing'], ['', 'nothing'], ['x', 'x'], [[], 'none'], [['A', 'B'], 'A B'], [{ a: 1 }, '{"a":1}'], [true, 'true']])('a changed value %j is told as %s', (value, text) => expect(told(value)).toBe(text));
