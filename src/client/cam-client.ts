import { parseImageObject } from '../common/image-object.js';
import type { JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import { type CallOptions, segment, type Timeouts } from './connection.js';
import { InstanceClient } from './instance-client.js';

/** How a picture is made (`rest-api.md` 4.10). */
export interface PictureOptions extends CallOptions {
  /** Without mirroring, turning, cropping, background and binning. */
  readonly raw?: boolean;
  /** At most 1. */
  readonly scale?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Name of a matplotlib colour map. */
  readonly colormap?: string;
}

/** A camera server, worker, proxy or manager. */
export class CamClient extends InstanceClient {
  constructor(address: string, timeouts?: Partial<Timeouts>) {
    super(address, '/api/v1/cam', timeouts);
  }

  async cameras(options?: CallOptions): Promise<string[]> {
    return (await this.get('', options)).cameras as string[];
  }

  /** Alias → camera. */
  async aliases(options?: CallOptions): Promise<JsonObject> {
    return (await this.get('/aliases', options)).aliases as JsonObject;
  }

  /** The address of the stream; starts the camera when needed. */
  async stream(camera: string, options?: CallOptions): Promise<string> {
    const answer = await this.get(`/${segment('camera', camera)}`, { ...options, kind: 'start' });
    return answer.stream as string;
  }

  async isOnline(camera: string, options?: CallOptions): Promise<boolean> {
    return (await this.onlineStatus(camera, options)).online;
  }

  /** Whether the camera is online, and why not. */
  async onlineStatus(camera: string, options?: CallOptions): Promise<{ online: boolean; status: string }> {
    const { online, status } = await this.get(`/${segment('camera', camera)}/is_online`, options);
    return { online: online === true, status: String(status) };
  }

  /** Width and height after binning, turning and cropping; null where the camera does not tell. */
  async geometry(camera: string, options?: CallOptions): Promise<[number | null, number | null]> {
    const answer = await this.get(`/${segment('camera', camera)}/geometry`, options);
    return answer.geometry as [number | null, number | null];
  }

  /** One image, rows first. @param options.raw without mirroring, turning, cropping, background and binning */
  async image(camera: string, options: CallOptions & { readonly raw?: boolean } = {}): Promise<ArrayValue> {
    const path = `${this.base}/${segment('camera', camera)}/image_bytes`;
    const query = { raw: options.raw ? '' : undefined };
    return parseImageObject((await this.connection.envelope(path, { ...options, query })).image);
  }

  /** One image as PNG. */
  async picture(camera: string, options: PictureOptions = {}): Promise<Buffer> {
    const query = { ...pictureQuery(options), raw: options.raw ? '' : undefined };
    return this.connection.content(`${this.base}/${segment('camera', camera)}/image`, { ...options, query });
  }
}

/** The query of picture routes. */
export function pictureQuery(options: PictureOptions): Record<string, string | undefined> {
  return {
    scale: options.scale?.toString(),
    min_value: options.minimum?.toString(),
    max_value: options.maximum?.toString(),
    colormap: options.colormap,
  };
}
