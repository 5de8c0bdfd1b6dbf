/** What lets people look at the messages of an instance without disturbing anybody. */
export { MessageTap, type TappedMessage } from './message-tap.js';
export { answerViewers, type RequestRegistry } from './view-answers.js';
export { reductionFactor } from './view-request.js';
