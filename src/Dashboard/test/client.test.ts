import { afterEach, expect, test, vi } from 'vitest';
import { Api, ApiProblem } from '../src/api/client.ts';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetched = vi.fn<typeof fetch>(async () => new Response(body === null ? null : JSON.stringify(body), { status, headers }));
  vi.stubGlobal('fetch', fetched);
  return { api: new Api('', 'sk_x'), sent: () => fetched.mock.calls[0]! as [string, RequestInit] };
}

async function problemOf(act: Promise<unknown>): Promise<ApiProblem> {
  return act.then(() => expect.fail('it went well'), (problem: unknown) => problem as ApiProblem);
}

test('a change holds on to the version that was read', async () => {
  const { api, sent } = answering(200, { name: 'Acme' }, { etag: '"4"' });
  expect(await api.send('PUT', '/tenants/acme', { name: 'Acme' }, { match: '"3"' })).toEqual({ status: 200, etag: '"4"', body: { name: 'Acme' } });
  const [url, { method, body, headers }] = sent();
  expect([url, method, body]).toEqual(['/api/tenants/acme', 'PUT', '{"name":"Acme"}']);
  expect(headers).toEqual({ 'content-type': 'application/json', 'if-match': '"3"', authorization: 'Bearer sk_x' });
});

test('what is made must not be there yet', async () => {
  const { api, sent } = answering(201, {});
  await api.send('PUT', '/tenants/acme', {}, { isNew: true });
  expect(sent()[1].headers).toMatchObject({ 'if-none-match': '*' });
});

test('what is wrong with a field is known by its name', async () => {
  const { api } = answering(400, { detail: 'the settings cannot be saved', errors: { 'credentials.tiingo': ['401 from Tiingo'], '$.name': 'too long' } });
  const problem = await problemOf(api.send('PUT', '/tenants/acme', {}));
  expect(problem.fields).toEqual({ 'credentials.tiingo': '401 from Tiingo', name: 'too long' });
});

test('a text that begins with its field names it, too', async () => {
  const { api } = answering(400, { detail: '$.scopes: at least one expected' });
  expect((await problemOf(api.send('POST', '/tenants/acme/keys', {}))).fields).toEqual({ scopes: 'at least one expected' });
});

test('a text of several fields names each', async () => {
  const { api } = answering(400, { detail: 'when.above: expected, or \'below\'; targets[0].email: an address expected; none is there' });
  expect((await problemOf(api.send('PUT', '/tenants/acme/rules/x', {}))).fields).toEqual({
    'when.above': 'expected, or \'below\'', 'targets[0].email': 'an address expected; none is there',
  });
});

test.each([[412, 'version: it was changed meanwhile'], [404, 'tenant: no tenant']])('%d is about no field of a form', async (status, detail) => {
  const { api } = answering(status, { detail });
  expect(await problemOf(api.send('PUT', '/tenants/acme', {}))).toMatchObject({ status, message: detail, fields: {} });
});

test('an answer without a document is none', async () => {
  const { api } = answering(202, null, { location: '/api/tenants/acme/deletion' });
  expect(await api.send('DELETE', '/tenants/acme')).toEqual({ status: 202, etag: null, body: null });
});
