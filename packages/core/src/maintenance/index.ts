export * from './maintenance-windows.ts';
export * from './moment.ts';
