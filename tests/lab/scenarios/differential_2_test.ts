import { compareHalf } from "../differential/differential.ts";

compareHalf(1);
