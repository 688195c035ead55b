import { availableParallelism } from 'node:os';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';

/** The event loop of a thread: of a worker, or this one's. */
interface EventLoop {
  eventLoopUtilization(later?: EventLoopUtilization, before?: EventLoopUtilization): EventLoopUtilization;
}

/** A look that is younger, in milliseconds, is used again. */
const LOOK_MS = 100;
/** Of its time: above it a thread is what others wait for, and all threads together leave the cores no time. */
const BUSY_SHARE = 0.9;
const CORES = availableParallelism();

/**
 * Whether the threads of a host compute on all cores, or its own thread, which serves them, has no time left. Then
 * another thread only takes from the others; one helps when they wait for answers.
 */
export class CoreLoad {
  private readonly loops = new Map<EventLoop, EventLoopUtilization>([[performance, performance.eventLoopUtilization()]]);
  private lastLookMs = performance.now();
  private isSaturated = false;

  add(loop: EventLoop): void {
    this.loops.set(loop, loop.eventLoopUtilization());
  }

  delete(loop: EventLoop): void {
    this.loops.delete(loop);
  }

  /** Whether a function that has `count` threads gains by another. */
  allowAnother(count: number): boolean {
    if (count < CORES) return true;
    if (performance.now() - this.lastLookMs >= LOOK_MS) this.look();
    return !this.isSaturated;
  }

  private look(): void {
    this.lastLookMs = performance.now();
    let busyThreads = 0;
    let own = 0;
    for (const [loop, before] of this.loops) {
      const now = loop.eventLoopUtilization();
      const { utilization } = loop.eventLoopUtilization(now, before);
      this.loops.set(loop, now);
      busyThreads += utilization;
      if (loop === performance) own = utilization;
    }
    this.isSaturated = own >= BUSY_SHARE || busyThreads >= BUSY_SHARE * CORES;
  }
}
