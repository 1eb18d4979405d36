import { meanConfidence, modelFields, round, SPOKEN_LANGUAGE } from "../listen/messages.ts";
import { searchWords } from "../listen/search.ts";
import { paragraphsOf } from "./paragraphs.ts";
import type { BatchOptions } from "./query.ts";
import type { Transcription } from "./transcribe.ts";
import { utterancesOf } from "./utterances.ts";

/** The answer about a recording (reference 9). */
export function batchResponse(
  heard: Transcription,
  options: BatchOptions,
  { requestId, created }: { requestId: string; created: string },
) {
  const { recognition, utteranceSplitSeconds } = options;
  // The one speaker there is said everything; how sure that is, nobody has measured.
  const words = recognition.diarize
    ? heard.words.map((word) => ({ ...word, speaker_confidence: 0 }))
    : heard.words;
  return {
    metadata: {
      transaction_key: "deprecated",
      request_id: requestId,
      sha256: heard.sha256,
      created,
      duration: round(heard.durationSeconds),
      channels: heard.channels,
      ...modelFields(),
      ...(recognition.extra === null ? {} : { extra: recognition.extra }),
      ...(recognition.tags.length === 0 ? {} : { tags: recognition.tags }),
    },
    results: {
      channels: [
        {
          alternatives: [
            {
              transcript: heard.transcript,
              confidence: meanConfidence(words),
              ...(recognition.multilingual ? { languages: words.length > 0 ? [SPOKEN_LANGUAGE] : [] } : {}),
              words,
              ...(options.paragraphs ? { paragraphs: paragraphsOf(words) } : {}),
              ...(recognition.detectEntities ? { entities: [] } : {}),
            },
          ],
          ...(recognition.search.length > 0 ? { search: searchWords(words, recognition.search) } : {}),
          ...(options.detectLanguage ? { detected_language: SPOKEN_LANGUAGE } : {}),
        },
      ],
      ...(utteranceSplitSeconds === null ? {} : { utterances: utterancesOf(words, utteranceSplitSeconds) }),
    },
  };
}
