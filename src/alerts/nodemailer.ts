/** The library that writes letters and sends them, as a module of ours: it is loaded when the first letter is sent. */

export { createTransport } from "nodemailer";
