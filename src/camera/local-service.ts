/**
 * The camera service of a server or worker: instances are processes of this machine.
 */
import { CamServerError, errorText } from '../common/errors.js';
import { imageFromAnswer } from '../common/image-answer.js';
import type { JsonObject } from '../common/json.js';
import type { ArrayValue } from '../common/values.js';
import { localInstances } from '../family/index.js';
import type { ContentKind } from '../http/index.js';
import type { Supervisor } from '../instances/index.js';
import { kernels } from '../processing/native.js';
import { imageOf } from '../processing/views.js';
import type { BackgroundStore, Change, ScriptStore } from '../storage/index.js';
import type { CameraInstances } from './camera-instances.js';
import { cameraGeometry } from './geometry.js';
import { checkOnline, readHeldImage, readImage, readSize } from './reach.js';
import type { CameraService, OnlineStatus, ReportedGeometry } from './service.js';
import { type CameraDefaults, type CameraSettings, readCameraSettings } from './settings.js';
import type { SourceRequest } from './sources/source.js';
import type { StoredCameras } from './stored-cameras.js';
import { StoredCameraService } from './stored-service.js';
import { createCameraView } from './view.js';

export interface LocalCameraParts {
  readonly supervisor: Supervisor;
  readonly cameras: StoredCameras;
  readonly instances: CameraInstances;
  readonly backgrounds: BackgroundStore;
  readonly scripts: ScriptStore;
  readonly defaults: CameraDefaults;
  /** Milliseconds that a camera may take to answer. */
  readonly onlineTimeout: number;
  /** Milliseconds that an image may take. */
  readonly imageTimeout: number;
}

export class LocalCameraService extends StoredCameraService implements CameraService {
  constructor(private readonly parts: LocalCameraParts) {
    const { supervisor, instances, cameras, scripts } = parts;
    const control = localInstances(supervisor, () => instances.records());
    super(control, cameras, scripts);
  }

  /** For managers, which send only what is missing. Cameras have no libraries. */
  async contentDigest(kind: ContentKind, name: string): Promise<string | null> {
    if (kind === 'configuration') return this.parts.cameras.digest(name);
    if (kind === 'background') return this.parts.backgrounds.digest(name);
    return kind === 'script' ? this.parts.scripts.digest(name) : null;
  }

  async stream(camera: string): Promise<string> {
    return this.parts.instances.stream(await this.instanceName(camera));
  }

  async onlineStatus(camera: string): Promise<OnlineStatus> {
    const request = await this.request(camera, this.parts.onlineTimeout);
    try {
      await checkOnline(request);
      return { online: true, reason: null };
    } catch (error) {
      return { online: false, reason: errorText(error) };
    }
  }

  async saveConfig(camera: string, config: JsonObject, change?: Change): Promise<JsonObject> {
    const name = await this.parts.cameras.resolve(camera);
    const stored = await this.parts.cameras.save(name, config, change);
    await this.parts.instances.update(name, stored);
    return stored;
  }

  async geometry(camera: string): Promise<ReportedGeometry> {
    const request = await this.request(camera, this.parts.imageTimeout);
    const { name, settings } = request;
    const running = settings.sourceType === 'simulation' ? null : this.parts.instances.running(name);
    if (running !== null) {
      const { geometry } = (await running.request('geometry', {}, this.parts.imageTimeout)).result;
      if (geometry !== null) return geometry as [number, number];
    }
    const raw = await readSize(request);
    if (raw !== null && raw.width > 0) {
      const { width, height } = cameraGeometry(raw, settings.geometry).region;
      return [width, height];
    }
    const region = settings.geometry.regionOfInterest;
    if (region !== null) return [region.sizeX, region.sizeY];
    // sources that learn their size from each image say 0 before the first one
    return raw === null ? [null, null] : [0, 0];
  }

  async image(camera: string, raw: boolean): Promise<ArrayValue> {
    const name = await this.instanceName(camera);
    const running = this.parts.instances.running(name);
    if (running === null) {
      const request = await this.request(name, this.parts.imageTimeout);
      return this.rendered(await readImage(request), raw, request.settings);
    }
    try {
      return imageFromAnswer(await running.request('image', { raw }, this.parts.imageTimeout));
    } catch (error) {
      const held = await this.heldImage(name, raw, error);
      if (held === null) throw error;
      return held;
    }
  }

  /** A stream that is silent says nothing about the device, which may hold an image all the same. */
  private async heldImage(name: string, raw: boolean, error: unknown): Promise<ArrayValue | null> {
    if (!(error instanceof CamServerError) || error.code !== 'NO_IMAGE') return null;
    const request = await this.request(name, this.parts.imageTimeout);
    const image = await readHeldImage(request).catch(() => null);
    return image === null ? null : this.rendered(image, raw, request.settings);
  }

  private async rendered(image: ArrayValue, raw: boolean, settings: CameraSettings): Promise<ArrayValue> {
    return raw ? image : this.transformed(image, settings);
  }

  storeBackground(name: string, image: ArrayValue): Promise<void> {
    return this.parts.backgrounds.store(name, image);
  }

  /** An instance keeps its name when its configuration is deleted, even if that name is now the alias of another camera. */
  protected override async instanceName(camera: string): Promise<string> {
    return this.parts.supervisor.get(camera) === null ? this.parts.cameras.resolve(camera) : camera;
  }

  private async request(camera: string, timeout: number): Promise<SourceRequest> {
    const name = await this.parts.cameras.resolve(camera);
    const settings = readCameraSettings(await this.parts.cameras.load(name), this.parts.defaults);
    return { name, settings, timeout };
  }

  /** A background that is missing is left out, as in an instance. */
  private async transformed(image: ArrayValue, { source, geometry }: CameraSettings): Promise<ArrayValue> {
    const [height, width] = image.shape;
    const background =
      geometry.background === null
        ? null
        : await this.parts.backgrounds.load(geometry.background).catch(() => null);
    return createCameraView(source, { width, height }, geometry, background, kernels).transform(
      imageOf(image),
    );
  }
}
