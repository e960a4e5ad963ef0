import { describe, expect, test } from 'vitest';
import { blank, firstOf, formOf, kinds, measured, orderOf, sentence, slug } from '../src/rules/kinds.ts';
import type { Kind, Rule, When } from '../src/api/settings.ts';

const rule: Rule = {
  id: 'bad-news', version: 3, name: 'Bad news', enabled: true, symbols: ['AAPL'], when: { kind: 'score', windowMinutes: 60, below: -0.3, leastItems: 3, hysteresis: 0.1 },
  cooldownMinutes: 60, quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }, digestMinutes: 30,
  targets: [{ email: 'a@b.c' }, { webhook: 'https://h.test/x', shape: 'slack', secret: 'env:S' }], changedAt: '2026-11-26T10:00:00Z',
};

test('a rule that is read and not touched is written as it was', () => {
  const { id: _, version: __, changedAt: ___, ...order } = rule;
  expect(orderOf(formOf(rule))).toEqual(order);
});

test.each(Object.keys(kinds) as Kind[])('a rule of the kind %s is written with the fields of that kind alone', (kind) => {
  const all = { windowMinutes: '10', above: '1', below: '0', leastItems: '2', hysteresis: '0' };
  const order = orderOf({ ...blank(), kind, measures: all, table: 'tiingo/news', isEvery: false, symbols: ['AAPL'] });
  const { asks, hasSymbols, hasTable } = kinds[kind];
  expect(Object.keys(order.when).sort()).toEqual(['kind', ...Object.keys(asks), ...(hasTable ? ['table'] : [])].sort());
  expect(order.symbols).toEqual(hasSymbols ? ['AAPL'] : []);
});

describe('numbers', () => {
  test('are written as numbers, with a comma or another minus sign too', () => {
    const { when } = orderOf({ ...blank(), measures: { ...firstOf('score'), above: '0,5', below: '−0.25' } });
    expect([when.above, when.below]).toEqual([0.5, -0.25]);
  });

  test('that are none go as they are, for the server to name', () => expect(orderOf({ ...blank(), cooldown: 'soon' }).cooldownMinutes).toBe('soon'));
});

test.each<[When, string]>([
  [{ kind: 'score', windowMinutes: 60, below: -0.3 }, 'mean score of 1 h at most −0.30'],
  [{ kind: 'score', windowMinutes: 45, above: 0.5, below: -0.3 }, 'mean score of 45 min at least +0.50 or at most −0.30'],
  [{ kind: 'volume', windowMinutes: 30, above: 1_000 }, '1,000 items or more in 30 min'],
  [{ kind: 'change', windowMinutes: 120, below: 0.4 }, 'mean score of 2 h down by 0.40 or more'],
  [{ kind: 'spike', above: 3 }, 'an hour 3σ above those before'],
  [{ kind: 'silent', windowMinutes: 90 }, 'a table silent for 90 min'],
  [{ kind: 'quota', below: 0.125, table: 'tiingo/news' }, '12.5 % or less of the calls of tiingo/news left'],
])('%j is told as %s', (when, text) => expect(sentence(when)).toBe(text));

test.each<[Kind, number, string]>([['score', -0.314, '−0.31'], ['volume', 1_200, '1,200 items'], ['spike', 3.14, '+3.1σ'], ['silent', 120, '2 h'], ['quota', 0.05, '5 %'], ['runFailed', 1, '']])(
  'of the kind %s %d is shown as "%s"', (kind, value, text) => expect(measured(kind, value)).toBe(text));

test.each([['Bad news: Apple & Co.', 'bad-news-apple-co'], ['  Öl ', 'o-l'], ['x'.repeat(50), 'x'.repeat(40)]])('%s makes the id %s', (name, id) => expect(slug(name)).toBe(id));
