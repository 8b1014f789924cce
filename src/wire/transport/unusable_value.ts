/** A value of the configuration that the protocol cannot carry. It says nothing of the server. */
export class UnusableValue extends Error {
  override readonly name = "UnusableValue";
}
