/** The codes of ISO 4217 with the number of decimals of their amounts. */
const BY_DECIMALS: readonly (readonly [decimals: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
     CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
     INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
     NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
     SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

/** The number of decimals of each currency: a cent is the minor unit of a currency with two. */
export const CURRENCIES: ReadonlyMap<string, number> = new Map(
  BY_DECIMALS.flatMap(([decimals, codes]) => codes.split(/\s+/).map((code) => [code, decimals] as const)),
);

const [FIRST_LETTER, LETTERS] = [65, 26];

/** The currency of a number that `currencyNumber` has made. */
export function currencyOf(number: number): string {
  const letters = [Math.floor(number / LETTERS ** 2), Math.floor(number / LETTERS) % LETTERS, number % LETTERS];
  return String.fromCharCode(...letters.map((letter) => FIRST_LETTER + letter));
}

/** A currency as a number for columns: its letters as digits. */
export function currencyNumber(currency: string): number {
  return [...currency].reduce((number, letter) => number * LETTERS + letter.charCodeAt(0) - FIRST_LETTER, 0);
}
