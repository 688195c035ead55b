import type { Deployment } from '../deployment.ts';
import type { ResourceNames, StackPlace } from '../physical-names.ts';
import type { Properties } from '../properties.ts';

/** What reading one resource needs: its properties, resolved, and the deployment that it adds itself to. */
export interface ResourceContext {
  logicalId: string;
  type: string;
  names: ResourceNames;
  properties: Properties;
  /** The resource's Metadata, resolved; undefined when it has none. */
  metadata: Properties | undefined;
  place: StackPlace;
  /** Absolute folder of the template, which CodeUri and ContentUri start from. */
  baseDir: string;
  deployment: Deployment;
  /** The logical id of the resource that has this arn, name or url, when it is of the type asked for. */
  find(type: string, reference: string): string | undefined;
  /** The absolute folder of a layer by its Ref. */
  layerDir(reference: string): string | undefined;
}

/** Reads a resource: adds to the deployment what it is, and to the problems what it cannot be here. */
export type ReadResource = (context: ResourceContext) => void;
