import type { SourceType } from '../configuration.js';
import { array10 } from './array10.js';
import { bschannel, stddaq } from './bschannel.js';
import { bsread, bsreadSimulation } from './bsread/bsread.js';
import { areaDetector } from './epics/area-detector.js';
import { epics } from './epics/epics.js';
import { hdf5 } from './hdf5.js';
import { packedStream } from './packed-stream.js';
import { script } from './script/script.js';
import { simulation } from './simulation.js';
import type { SourceDefinition } from './source.js';

const SOURCES: Record<SourceType, SourceDefinition> = {
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
  script,
};

export function sourceDefinition(type: SourceType): SourceDefinition {
  return SOURCES[type];
}
