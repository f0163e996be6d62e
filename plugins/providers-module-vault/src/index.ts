/**
 * HashiCorp Vault and OpenBao as provider of the capability `secrets`.
 *
 * @packageDocumentation
 */
export { vaultProviderServiceFactory as default } from './vaultProviderServiceFactory';
export {
  VaultSecretsProvider,
  type VaultSecretsProviderOptions,
} from './VaultSecretsProvider';
