import { CamServerError } from '../../common/errors.js';
import type { SourceType } from '../configuration.js';
import { array10 } from './array10.js';
import { bschannel, stddaq } from './bschannel.js';
import { bsread, bsreadSimulation } from './bsread/bsread.js';
import { areaDetector } from './epics/area-detector.js';
import { epics } from './epics/epics.js';
import { hdf5 } from './hdf5.js';
import { packedStream } from './packed-stream.js';
import { simulation } from './simulation.js';
import type { SourceDefinition } from './source.js';

const SOURCES: Partial<Record<SourceType, SourceDefinition>> = {
  epics,
  area_detector: areaDetector,
  simulation,
  bsread,
  bsread_simulation: bsreadSimulation,
  stream: packedStream,
  array10,
  bschannel,
  stddaq,
  hdf5,
};

/** @throws CamServerError `Source type '<type>' is not available yet` */
export function sourceDefinition(type: SourceType): SourceDefinition {
  const definition = SOURCES[type];
  if (definition !== undefined) return definition;
  throw new CamServerError('SOURCE_NOT_AVAILABLE', `Source type '${type}' is not available yet`);
}
