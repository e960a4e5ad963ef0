/** What is known of a connection at a moment. Times are milliseconds since 1970; null: never. */
export interface Standing {
  phase: 'connecting' | 'connected' | 'reconnecting' | 'polling' | 'refused';
  isOnline: boolean;
  heardAt: number | null;
  dataAt: number | null;
  isReading: boolean;
}

/** What is said of it. */
export interface Told {
  kind: 'live' | 'behind' | 'waiting' | 'offline' | 'polling';
  text: string;
  /** What a screen reader is told where it changes: without the seconds. */
  spoken: string;
}

/** A ping is answered every two seconds: longer silence is a delay that people should know of. */
const behind = 4_000;
const lost = 12_000;

/** Puts a connection into words that claim no more than is known. */
export function tell(standing: Standing, now: number, clock: (at: number) => string): Told {
  const shown = standing.dataAt === null ? 'nothing to show yet' : `showing ${clock(standing.dataAt)}`;
  const silent = standing.heardAt === null ? null : now - standing.heardAt;
  if (!standing.isOnline) {
    return { kind: 'offline', text: `offline, ${shown}`, spoken: 'Offline' };
  }

  switch (standing.phase) {
    case 'refused':
      return { kind: 'offline', text: 'not live: this key may not listen', spoken: 'Not live: this key may not listen' };
    case 'polling':
      return { kind: 'polling', text: 'every 10 s', spoken: 'Not live here; read every 10 seconds' };
    case 'connecting':
      return { kind: 'waiting', text: 'connecting…', spoken: 'Connecting' };
    case 'reconnecting':
      return standing.dataAt !== null && now - standing.dataAt > lost
        ? { kind: 'offline', text: `offline, ${shown}`, spoken: 'Offline' }
        : { kind: 'waiting', text: 'reconnecting…', spoken: 'Reconnecting' };
    case 'connected':
      if (silent !== null && silent > lost) {
        return { kind: 'waiting', text: `reconnecting…, ${shown}`, spoken: 'Reconnecting' };
      }

      if (silent !== null && silent > behind) {
        return { kind: 'behind', text: `${Math.round(silent / 1000)} s behind`, spoken: 'Behind' };
      }

      return standing.isReading ? { kind: 'waiting', text: 'reading…', spoken: 'Reading' } : { kind: 'live', text: 'live', spoken: 'Live' };
  }
}
