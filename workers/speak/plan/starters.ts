/**
 * Words that, written with a capital after an abbreviation, begin a new sentence rather than a name. An entry that
 * ends in an apostrophe is the elided article or pronoun before one.
 */
export const starters: Readonly<Record<string, string>> = {
  en:
    "the an he she it we they you i this that these those there then thus but and or so in on at if when while what why how " +
    "who where which our my his her their its your as after before for from however now yes no please not with by to " +
    "is are was were do does did can could will would should has have had let nobody everyone some many most all both " +
    "each every another one two three nothing something since although because meanwhile later finally next first " +
    "today tomorrow yesterday here still also once only even never perhaps maybe just well send call ship see look listen come open close buy bring go " +
    "take keep pay ask try use read turn check avoid wait thanks thank hello hi ok mine yours hers ours theirs several such few during " +
    "despite until unless instead otherwise moreover furthermore",
  de:
    "der die das den dem des ein eine einen einem einer er sie es wir ich ihr du dies diese dieser dieses diesen jetzt heute morgen " +
    "gestern dann danach aber und oder doch wenn als in im am auf mit nach bei so da dort hier was wer wie wo warum wann man " +
    "sein seine mein meine unser unsere nun ja nein bitte alle alles auch nur noch vor für von aus zu zum zur nicht kein keine",
  fr:
    "le la les l' un une il elle on nous vous ils elles je j' ce c' cet cette ces mais et ou puis dans en pour si quand que qu' qui " +
    "où pourquoi comment alors voici voilà oui non son sa ses mon ma mes notre nos leur leurs d' de des du au aux avec sans " +
    "après avant ainsi tout tous toutes y s' n' tu à",
  es:
    "el la los las un una yo tú él ella ellos ellas nosotros usted ustedes es son se no sí pero y o luego entonces en con por para " +
    "cuando si qué que quién cómo dónde este esta esto estos estas ese esa eso su sus mi mis nuestro nuestra hoy ayer mañana " +
    "después antes así todo todos también ya lo le les me nos hay fue era como de del al a",
  it:
    "il lo la i gli le l' un uno una un' io tu lui lei noi voi loro è e ma o se quando che chi come dove perché poi allora " +
    "questo questa questi queste quello quella non sì no in con per da di del della nel nella al alla su suo sua mio mia " +
    "oggi ieri domani dopo prima così tutto tutti anche ora c' si ci",
  nl:
    "de het een hij zij ze wij we ik jij je u jullie dit dat deze die er en maar of want dus als toen wanneer wat wie hoe waar " +
    "waarom in op met na bij voor van uit naar om nu ja nee niet geen ook zijn haar mijn ons onze hun daarna dan daar hier " +
    "vandaag morgen gisteren alle alles",
  pt:
    "o a os as um uma eu tu ele ela nós vós eles elas você vocês é são e mas ou se quando que quem como onde porque por para " +
    "em no na nos nas com de do da dos das ao à isto isso este esta esse essa seu sua meu minha não sim hoje ontem amanhã " +
    "depois antes assim tudo todos também já há foi era então",
  ru:
    "он она оно они мы вы я ты это этот эта эти но и а или если когда что кто как где почему потом затем тогда в на с по для " +
    "из от к у за не нет да его её их наш мой свой там здесь сегодня вчера завтра теперь после до все всё",
  pl: "on ona ono oni my wy ja ty to ten ta te ale i a lub jeśli kiedy co kto jak gdzie dlaczego potem wtedy w na z po dla od do nie tak jego jej ich dziś teraz jest są był była było byli",
  tr: "o bu şu ve ama ben sen biz siz onlar bir sonra ne kim nasıl neden",
  sv: "den det de han hon vi jag du ni en ett och men om när vad vem hur var varför i på med efter nu ja nej inte",
  da: "den det de han hun vi jeg du i en et og men om når hvad hvem hvor hvordan hvorfor på med efter nu ja nej ikke der her",
  uk: "він вона воно вони ми ви я ти це але і а якщо коли що хто як де чому потім тоді в у на з по для не так ні його її їх",
  cs: "on ona ono oni my vy já ty to ten ta ale a když co kdo jak kde proč potom pak v na s po pro od do ne ano jeho její",
  el: "ο η το οι τα αυτός αυτή αυτό εγώ εσύ εμείς και αλλά αν όταν τι ποιος πώς πού γιατί μετά στο στη δεν ναι όχι",
};

/** Verbs of speech: after a closed quotation, a name and one of these still belong to its sentence. */
export const speechVerbs =
  "said says asked asks replied cried shouted whispered yelled answered added called exclaimed muttered murmured screamed " +
  "laughed sighed snapped insisted continued told sagte fragte rief antwortete";

/** What follows a time of the day without beginning a sentence. */
export const calendarWords =
  "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september " +
  "october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun " +
  "est edt pst pdt cst cdt mst mdt et pt ct gmt utc cet cest bst ist jst eastern pacific central mountain greenwich local";
