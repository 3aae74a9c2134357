const enum Colour {
	Red = 2,
	Green,
}

export const answer = (factor: number): number => factor * Colour.Green * 7;
