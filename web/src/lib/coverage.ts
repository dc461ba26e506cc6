/** The coverage that both of two periods need before their difference says something; the server uses the same. */
export const ENOUGH_COVERAGE = 0.9;

export const NOT_ENOUGH = 'not enough history';
