export { SecretMissing, SecretResolver, type SecretResolverOptions, type SecretSource } from './secret-resolver.ts';
