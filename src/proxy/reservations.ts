/** Instances on their way: counted by placement until a poll of their server shows them. */
import type { RunningInstance } from './placement.js';

export interface Reservation extends RunningInstance {
  readonly server: string;
  /** Bytes per second it will receive, as far as known from before; 0 otherwise. */
  readonly weight: number;
}

export class Reservations {
  private readonly all = new Set<Reservation>();

  /** @returns what to hand to `release` */
  add(reservation: Reservation): Reservation {
    this.all.add(reservation);
    return reservation;
  }

  release(reservation: Reservation): void {
    this.all.delete(reservation);
  }

  /** Whether an instance of that name is on its way to any server. */
  has(name: string): boolean {
    return [...this.all].some((reservation) => reservation.name === name);
  }

  at(server: string): Reservation[] {
    return [...this.all].filter((reservation) => reservation.server === server);
  }
}
