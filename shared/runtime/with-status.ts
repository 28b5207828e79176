/** A reply with another status than the operation's usual one. */
export class WithStatus<Body> {
  readonly status: number;
  readonly body: Body;
  constructor(status: number, body: Body) {
    this.status = status;
    this.body = body;
  }
}
