// The dashboards, by the names of their files in dashboards/.

import { fleetDashboard } from './fleet/fleet.ts';
import { targetDashboard } from './target.ts';

export const dashboards: Readonly<Record<string, () => object>> = {
  fleet: fleetDashboard,
  target: targetDashboard,
};

export const dashboardText = (name: string): string => `${JSON.stringify(dashboards[name]?.(), null, 2)}\n`;
