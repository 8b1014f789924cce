import { compareServices } from "../services/oracle.ts";

compareServices();
