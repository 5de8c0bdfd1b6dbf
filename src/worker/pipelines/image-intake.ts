/**
 * From a received message to a frame that is worth working on: reading, early averaging.
 */
import type { ReceivedMessage } from '../../bsread/types.js';
import { elementTypeOf } from '../../common/dtype.js';
import { EarlyAverage, type Kernels, readFrameCount, viewOf } from '../../processing/index.js';
import type { FrameTicket } from '../../streaming/accounting.js';
import { type CameraFrame, decodedPixels, ownPixels, readCameraFrame } from './camera-frame.js';
import type { FrameSettings } from './settings.js';

export class ImageIntake {
  readonly #average = new EarlyAverage();

  constructor(private readonly kernels: Kernels) {}

  /**
   * @returns null when the message has no image or only adds to an average; the ticket is ended then
   * @throws Error when the image is unusable; memory is given back, the ticket is the caller's
   */
  take(message: ReceivedMessage, ticket: FrameTicket, { parameters }: FrameSettings): CameraFrame | null {
    let frame: CameraFrame | null;
    try {
      frame = readCameraFrame(message, ticket);
    } catch (error) {
      message.release();
      throw error;
    }
    if (frame === null) {
      message.release();
      ticket.drop('empty_image');
      return null;
    }
    return this.average(frame, readFrameCount(parameters.averaging));
  }

  private average(frame: CameraFrame, count: number): CameraFrame | null {
    const { pixels, ticket } = frame;
    if (count === 0) {
      this.#average.clear();
      return frame;
    }
    try {
      const image = viewOf(decodedPixels(pixels), pixels.rows, pixels.columns);
      const mean = this.#average.push(this.kernels, image, count);
      if (mean === null) {
        ticket.drop('averaging');
        return null;
      }
      const { data } = mean;
      return { ...frame, pixels: ownPixels(data, elementTypeOf(data), pixels.rows, pixels.columns) };
    } finally {
      pixels.release();
    }
  }
}
