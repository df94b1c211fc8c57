export { removeEmbeddedPostgres } from './remove.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type StopMode,
  startEmbeddedPostgres,
} from './start.ts';
