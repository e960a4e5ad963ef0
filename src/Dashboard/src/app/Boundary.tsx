import { Component, type ComponentChildren } from 'preact';

/** Keeps what goes wrong in one view in that view. */
export class Boundary extends Component<{ name: string; children: ComponentChildren }, { problem: Error | null }> {
  override state = { problem: null as Error | null };

  static override getDerivedStateFromError(problem: Error) {
    return { problem };
  }

  override render() {
    if (!this.state.problem) {
      return this.props.children;
    }

    return (
      <section class="panel" role="alert">
        <h2>{this.props.name} could not be shown</h2>
        <p class="quiet">The rest of the page goes on. {this.state.problem.message}</p>
        <button type="button" onClick={() => this.setState({ problem: null })}>Show it again</button>
      </section>
    );
  }
}
