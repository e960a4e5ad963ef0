import type { TenantDocument } from '../api/settings.ts';
import { spans } from './form.ts';

/** The settings for a key that may read them alone. */
export function ReadOnly({ read }: { read: TenantDocument }) {
  const list = (values: readonly string[] | undefined) => (values && values.length > 0 ? values.map((value) => <span key={value} class="tag">{value}</span>) : <span class="quiet">none</span>);
  return (
    <section class="panel" aria-label="Settings">
      <p class="quiet">This key may read the settings, not change them: that takes the scope <code>manage</code>.</p>
      <dl class="shown">
        <dt>Name</dt><dd><bdi>{read.name}</bdi></dd>
        <dt>E-mails</dt><dd>{list(read.emails)}</dd>
        <dt>Symbols</dt><dd>{list(read.symbols)}</dd>
        <dt>Tables</dt><dd>{list(read.tables)}</dd>
        <dt>Schedule</dt><dd>{read.schedule ? <code>{read.schedule}</code> : 'the server\'s'}</dd>
        <dt>Model</dt><dd>{read.model ?? 'the server\'s'}</dd>
        <dt>Credentials of its own</dt><dd>{list(read.vendors)}</dd>
        <dt>Days kept</dt><dd>{spans.map((span) => `${span} ${read.retention?.[span] ?? 'the server\'s'}`).join(', ')}</dd>
      </dl>
    </section>
  );
}
