import { Component, h, type FunctionComponent } from 'preact';

/** A component that is drawn again only where what it is given is not the same. */
export function memo<P extends object>(drawn: FunctionComponent<P>, isSame: (before: P, after: P) => boolean): FunctionComponent<P> {
  class Kept extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>) {
      return !isSame(this.props as P, next as P);
    }

    override render() {
      return h(drawn, this.props as P);
    }
  }

  return Kept as unknown as FunctionComponent<P>;
}
