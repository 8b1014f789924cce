import { checkServices } from "../services/services.ts";

checkServices(4);
