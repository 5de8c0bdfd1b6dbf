/**
 * What the live view needs of a server: a way to ask its instances, and where the others are.
 */
import type { JsonObject } from '../../common/json.js';
import type { RequestAnswer } from '../../instances/index.js';
import type { ClusterView } from '../../proxy/cluster-view.js';

export type ClusterName = 'pipelines' | 'cameras';

/** Asks the program of an instance of this server; see `Supervisor.request`. */
export type AskInstance = (
  instance: string,
  request: string,
  parameters: JsonObject,
  timeout: number,
) => Promise<RequestAnswer>;

/** Where an instance runs: on this server, on another one of that base address, or nowhere. */
export type Whereabouts = 'here' | { readonly server: string } | 'unknown';

export type Locate = (cluster: ClusterName, instance: string) => Whereabouts;

/** @throws nothing: other texts are null */
export function readClusterName(text: string): ClusterName | null {
  return text === 'pipelines' || text === 'cameras' ? text : null;
}

/**
 * For a server that has the instances of one cluster itself.
 * @param peer base address of the server of the other cluster; null: there is none
 */
export function locateOnServer(own: ClusterName, peer: string | null): Locate {
  return (cluster) => {
    if (cluster === own) return 'here';
    return peer === null ? 'unknown' : { server: peer };
  };
}

/** For a manager, whose workers have the instances. */
export function locateOnWorkers(own: ClusterName, view: ClusterView, peer: string | null): Locate {
  return (cluster, instance) => {
    if (cluster !== own) return peer === null ? 'unknown' : { server: peer };
    const worker = view.workers().find(({ instances }) => Object.hasOwn(instances, instance));
    return worker === undefined ? 'unknown' : { server: worker.address };
  };
}
