// The fleet: whether every tick is accounted for, whether checks are on time, and what keeps them from it.

import { dashboard } from '../dashboard.ts';
import { checks } from './checks.ts';
import { coordinators } from './coordinators.ts';
import { ledger } from './ledger.ts';
import { locations } from './locations.ts';
import { now } from './now.ts';
import { workers } from './workers.ts';

export const fleetDashboard = () =>
  dashboard({
    uid: 'everytick-fleet',
    title: 'Everytick: fleet',
    description: 'Whether every tick is accounted for, whether checks are on time, and what keeps them from it.',
    choices: [{ name: 'namespace', label: 'Installation', query: 'label_values(everytick_build_info, namespace)' }],
    rows: [now, checks, locations, workers, ledger, coordinators],
    links: [{ title: 'One target', uid: 'everytick-target' }],
  });
