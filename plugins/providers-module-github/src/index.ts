/**
 * GitHub as provider of the capability `git`.
 *
 * @packageDocumentation
 */
export { githubProviderServiceFactory as default } from './githubProviderServiceFactory';
export {
  GithubGitProvider,
  type GithubGitProviderOptions,
} from './GithubGitProvider';
