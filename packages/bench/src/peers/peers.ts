// `bench peers`: what a check costs in CPU, ours and that of Prometheus with blackbox_exporter: the same targets of the same
// site at the same interval, taking turns in the same run. Both are started once; whoever has no turn has no targets.

import { setTimeout as delay } from 'node:timers/promises';
import { requireWholeIntervals } from '../checks.ts';
import { benchPostgresWords } from '../load/bench-postgres.ts';
import { startBenchSite } from '../load/bench-site.ts';
import { cpuSecondsOf, requireCpuTimes } from '../load/cpu-time.ts';
import { figuresOf, rowOf } from '../load/load-figures.ts';
import { type MeasuredWindow, measureWindow } from '../load/measured-window.ts';
import { residentMb } from '../load/resident-memory.ts';
import { startSystem } from '../load/system.ts';
import { median } from '../median.ts';
import { type Report, rounded } from '../report.ts';
import { type Peer, requirePeers, startPeer } from './prometheus-with-blackbox.ts';

export interface PeersOptions {
  readonly targets: number;
  readonly intervalS: number;
  readonly durationS: number;
  /** Under load, at the beginning of each turn. */
  readonly warmUpS: number;
  readonly runs: number;
  readonly secure: boolean;
  readonly onProgress: (line: string) => void;
}

interface PeerWindow {
  readonly checks: number;
  readonly failed: number;
  readonly cpuUs: { readonly prometheus: number; readonly blackbox_exporter: number; readonly total: number };
  readonly rssMb: { readonly prometheus: number; readonly blackbox_exporter: number };
}

export async function peers(options: PeersOptions): Promise<Report> {
  const { targets, intervalS, durationS, warmUpS, runs, secure, onProgress } = options;
  requireCpuTimes();
  requirePeers();
  requireWholeIntervals(durationS, intervalS);
  await using site = await startBenchSite({ secure });
  await using system = await startSystem({ site, workers: 1 });
  await using peer = await startPeer(site, intervalS, Math.min(5_000, intervalS * 500));
  const urls = Array.from({ length: targets }, (_, index) => `${site.origins[0]}/${index + 1}`);

  const ours: MeasuredWindow[] = [];
  const theirs: PeerWindow[] = [];
  for (let run = 1; run <= runs; run++) {
    const progressOf = (who: string) => (line: string) => onProgress(`run ${run} of ${runs}, ${who}: ${line}`);
    await system.setTargets(targets, intervalS);
    await delay(warmUpS * 1_000);
    ours.push(await measureWindow(system, { targets, intervalS, durationS, onProgress: progressOf('Everytick') }));
    await system.setTargets(0, intervalS);

    await peer.setTargets(urls);
    await delay(warmUpS * 1_000);
    progressOf('Prometheus and blackbox_exporter')(`${durationS} s`);
    theirs.push(await measurePeer(peer, durationS));
    await peer.setTargets([]);
  }
  return {
    bench: 'peers',
    parameters: {
      targets,
      interval_s: intervalS,
      duration_s: durationS,
      warm_up_s: warmUpS,
      runs,
      scheme: secure ? 'https' : 'http',
      connections: 'fresh',
      pattern: site.pattern,
      postgres: benchPostgresWords,
    },
    rows: ours.map((window, index) => ({ ...rowOf(window), ...peerRow(theirs[index]) })),
    figures: { ...figuresOf(ours), ...comparedWith(ours, theirs) },
  };
}

async function measurePeer(peer: Peer, durationS: number): Promise<PeerWindow> {
  const { pids } = peer;
  const read = () => ({
    prometheus: cpuSecondsOf(pids.prometheus),
    blackbox_exporter: cpuSecondsOf(pids.blackbox_exporter),
  });
  const before = read();
  await delay(durationS * 1_000);
  const until = new Date();
  const after = read();
  const rssMb = { prometheus: residentMb(pids.prometheus), blackbox_exporter: residentMb(pids.blackbox_exporter) };
  const { checks, succeeded } = await peer.storedSince(durationS, until);
  const us = (program: keyof typeof pids) => ((after[program] - before[program]) * 1e6) / checks;
  const [prometheus, blackbox_exporter] = [us('prometheus'), us('blackbox_exporter')];
  return {
    checks,
    failed: checks - succeeded,
    cpuUs: { prometheus, blackbox_exporter, total: prometheus + blackbox_exporter },
    rssMb,
  };
}

function peerRow(window: PeerWindow | undefined): Record<string, number> {
  if (window === undefined) return {};
  return {
    peer_checks: window.checks,
    peer_failed: window.failed,
    prometheus_us: rounded(window.cpuUs.prometheus, 1),
    blackbox_exporter_us: rounded(window.cpuUs.blackbox_exporter, 1),
    peer_total_us: rounded(window.cpuUs.total, 1),
    prometheus_mb: rounded(window.rssMb.prometheus),
    blackbox_exporter_mb: rounded(window.rssMb.blackbox_exporter),
  };
}

/** Medians; the ratio is that of the pairs, each measured within a few minutes. */
function comparedWith(ours: readonly MeasuredWindow[], theirs: readonly PeerWindow[]) {
  const all = (of: (window: PeerWindow) => number) => theirs.reduce((sum, window) => sum + of(window), 0);
  const middle = (of: (window: PeerWindow) => number) => rounded(median(theirs.map(of)), 1);
  const ratios = theirs.map(({ cpuUs }, index) => cpuUs.total / (ours[index]?.cpuUsPerCheck.total ?? Number.NaN));
  return {
    peer_checks: all(({ checks }) => checks),
    peer_failed: all(({ failed }) => failed),
    peer_cpu_us_per_check: {
      prometheus: middle(({ cpuUs }) => cpuUs.prometheus),
      blackbox_exporter: middle(({ cpuUs }) => cpuUs.blackbox_exporter),
      total: middle(({ cpuUs }) => cpuUs.total),
    },
    ratio: rounded(median(ratios), 2),
  };
}
