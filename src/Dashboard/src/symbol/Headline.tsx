import { Component } from 'preact';
import type { Item, Label } from '../api/documents.ts';
import { Foreign } from '../parts/Foreign.tsx';
import { Meter } from '../parts/Meter.tsx';
import { Score } from '../parts/Score.tsx';
import { Time } from '../parts/Time.tsx';
import { exact, signed } from '../text/numbers.ts';
import { link, shown } from '../text/untrusted.ts';

const labels: Label[] = ['positive', 'neutral', 'negative'];

/** A headline with its score, and why it has it. Drawn again only when the item is another. */
export class Headline extends Component<{ item: Item }, { isOpen: boolean }> {
  override state = { isOpen: false };

  override shouldComponentUpdate(next: { item: Item }, state: { isOpen: boolean }) {
    return next.item !== this.props.item || state.isOpen !== this.state.isOpen;
  }

  override render() {
    const { item } = this.props;
    const to = link(item.url);
    const { isOpen } = this.state;
    return (
      <li>
        <Time at={item.publishedAt} class="quiet n" />
        <Score value={item.score} label={item.label} />
        <span class="title">
          {to ? <a href={to} target="_blank" rel="noopener noreferrer nofollow"><Foreign text={item.title} class="clamp" /></a> : <Foreign text={item.title} class="clamp" />}
          <small class="quiet">{item.source}{item.symbols.length > 1 && ` · ${item.symbols.slice(0, 6).join(' ')}${item.symbols.length > 6 ? ' …' : ''}`}</small>
        </span>
        <button type="button" class="plain" aria-expanded={isOpen} aria-label={`Why: ${shown(item.title, 60)}`} onClick={() => this.setState({ isOpen: !isOpen })}>Why</button>
        {isOpen && <Why item={item} />}
      </li>
    );
  }
}

function Why({ item }: { item: Item }) {
  const relevance = Object.entries(item.relevance ?? {}).slice(0, 6);
  return (
    <div class="why">
      <table>
        <caption class="vh">Probabilities</caption>
        <tbody>
          {labels.map((label) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="n">{(item.probabilities[label] * 100).toFixed(1)} %</td>
              <td><Meter value={item.probabilities[label]} of={1} name={`${label} probability`} kind={label} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl>
        <dt>Score</dt><dd>{signed(item.score, 6)}, positive less negative</dd>
        <dt>Label</dt><dd>{item.label}, the most probable</dd>
        <dt>Model</dt><dd><code>{shown(item.model, 80)}</code></dd>
        <dt>Vendor's score</dt><dd>{typeof item.vendorScore === 'number' ? signed(item.vendorScore, 3) : 'none given'}</dd>
        <dt>Source</dt><dd>{item.source}, <Foreign text={item.sourceId} most={60} /></dd>
        <dt>Published</dt><dd>{exact(item.publishedAt)}</dd>
        {relevance.length > 0 && <><dt>Relevance</dt><dd>{relevance.map(([symbol, value]) => `${shown(symbol, 32)} ${value.toFixed(2)}`).join(', ')}</dd></>}
        {item.tags && item.tags.length > 0 && <><dt>Tags</dt><dd>{item.tags.slice(0, 12).map((tag) => <Foreign key={tag} text={tag} most={40} class="tag" />)}</dd></>}
      </dl>
    </div>
  );
}
