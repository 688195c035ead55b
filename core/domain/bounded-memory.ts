/** Remembers the answers to the questions asked last, at most `capacity` of them. */
export function boundedMemory<Answer>(capacity: number, answerTo: (question: string) => Answer): (question: string) => Answer {
  const answers = new Map<string, Answer>();
  return (question) => {
    const isKnown = answers.has(question);
    const answer = isKnown ? (answers.get(question) as Answer) : answerTo(question);
    // A Map iterates in the order of insertion: asked again, a question goes to the end.
    if (isKnown) answers.delete(question);
    answers.set(question, answer);
    if (answers.size > capacity) answers.delete(answers.keys().next().value as string);
    return answer;
  };
}
