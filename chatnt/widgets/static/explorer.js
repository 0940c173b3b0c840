import { widget } from "./shared.js";
export default widget("explorer", (view) => {});
