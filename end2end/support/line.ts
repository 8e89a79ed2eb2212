// A line between the browser and the server that can be cut: a browser's own offline switch leaves open streams open.

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BASE } from './sandbox.ts';

type State = 'up' | 'cut' | 'deaf';

export class Line {
  private state: State = 'up';
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async lay(): Promise<Line> {
    const server = createServer();
    const line = new Line(server);
    server.on('connection', (socket) => line.join(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Everything open breaks, and nothing gets through. */
  cut(): void {
    this.state = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Requests get through, but their answers are lost. */
  deafen(): void {
    this.state = 'deaf';
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.state = 'up';
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket): void {
    if (this.state === 'cut') {
      near.destroy();
      return;
    }
    const { hostname, port } = new URL(BASE);
    const far = connect(Number(port), hostname);
    const both = [near, far];
    for (const socket of both) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (bytes) => {
      if (this.state === 'up') near.write(bytes);
      else near.destroy();
    });
    far.on('end', () => near.end());
  }
}
