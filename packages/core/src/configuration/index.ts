export * from './configuration.ts';
export * from './keep-texts.ts';
export { parseConfiguration, parseConfigurationGently } from './parse-configuration.ts';
export * from './read-configuration.ts';
export * from './read-targets-file.ts';
export * from './write-configuration.ts';
