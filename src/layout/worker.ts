/** The worker's own code. elkjs sets a handler of its own when it is loaded in a worker; this one takes its place. */
import type { Answer, Question } from './messages';
import { Solver } from './solver';

const solver = new Solver();
const unwanted = new Set<number>();

async function answer(id: number, boxes: NonNullable<Question['boxes']>): Promise<void> {
  const send = (message: Answer, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
  try {
    const places = await solver.solve(boxes, () => unwanted.has(id));
    if (places) {
      send({ id, places }, [places.rects.buffer, places.points.buffer, places.ends.buffer]);
    } else {
      send({ id, dropped: true });
    }
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  }
  unwanted.delete(id);
}

self.onmessage = ({ data: { id, boxes } }: MessageEvent<Question>): void => {
  if (boxes) {
    void answer(id, boxes);
  } else {
    unwanted.add(id);
  }
};
