import { DesiredDatabase } from '../terraform/configuration';

const PRICES: Record<string, number> = { small: 50, medium: 150, large: 400 };

/** What a database costs, in US dollars a month; nothing where there is none. */
export function monthlyCost(database: DesiredDatabase | undefined): number {
  return database ? PRICES[database.size] ?? 0 : 0;
}
