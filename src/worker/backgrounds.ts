/** Backgrounds of a server or worker: stored ones, and new ones collected from the camera. */

import type { CamClient } from '../client/index.js';
import type { ArrayValue } from '../common/values.js';
import type { BackgroundStore } from '../storage/index.js';
import {
  averageImages,
  type CollectionOptions,
  type OnImage,
  openImageStream,
} from './background-collection.js';

/** Milliseconds without an image after which a collection is given up. */
const SILENCE = 10_000;

export class Backgrounds {
  constructor(
    readonly store: BackgroundStore,
    private readonly cameraServer: CamClient,
  ) {}

  /** @returns the id under which the mean of `images` images is stored */
  async collect(camera: string, images: number, signal?: AbortSignal, onImage?: OnImage): Promise<string> {
    const options = { camera, images, silence: SILENCE, signal, onImage };
    const address = await this.cameraServer.stream(camera);
    const mean = address.startsWith('ipc:')
      ? await averageImages(() => this.cameraServer.image(camera), options)
      : await averageStream(address, options);
    return this.store.storeCollected(camera, mean);
  }

  /** Id of the newest background of a camera, or null. */
  async newest(camera: string): Promise<string | null> {
    return this.store.latest(camera).catch(() => null);
  }
}

async function averageStream(address: string, options: CollectionOptions): Promise<ArrayValue> {
  const stream = await openImageStream(address, options);
  try {
    return await averageImages(stream.next, options);
  } finally {
    stream.close();
  }
}
